"""The names at the package's top: each is there, none is missing from the list, and they cost nothing unasked."""

import subprocess
import sys

import crossaisle as ca


def test_every_public_name_is_found_at_its_home() -> None:
    assert sorted(ca._HOMES) == sorted(ca.__all__)
    assert {name for name in ca.__all__ if not callable(getattr(ca, name))} == set()
    assert set(ca.__all__) <= set(dir(ca))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(ca, "Nothing")


def test_importing_the_package_imports_no_engine() -> None:
    program = "import sys, crossaisle; print(sorted({'duckdb', 'ibis', 'pandas', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
