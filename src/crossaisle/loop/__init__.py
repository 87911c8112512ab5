"""The steps of the closed loop, as functions of the parts that they are given."""
