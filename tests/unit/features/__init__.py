"""Features, each against numbers counted by hand on one small shop."""
