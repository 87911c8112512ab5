"""The report of an evaluation: one self-contained page for people, and all figures as JSON for programs."""

from crossaisle.evaluation.report.writing import METRICS, earlier_report, facts_of, write_report

__all__ = ["METRICS", "earlier_report", "facts_of", "write_report"]
