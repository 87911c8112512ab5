"""Tests of the pages: their code runs, both languages agree, and nothing that the code names is missing."""
