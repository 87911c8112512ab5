"""The shelf of sources: files, frames, SQL databases, and the public Complete Journey data."""
