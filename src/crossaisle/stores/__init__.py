"""Stores: the lake of Parquet files, the quarantine, the event log, and the registry of models."""
