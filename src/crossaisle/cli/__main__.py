"""`python -m crossaisle.cli`: the command line without its script."""

from crossaisle.cli.app import main

main()
