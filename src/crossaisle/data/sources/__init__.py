"""The shelf of sources: files, frames, and the public Complete Journey data."""
