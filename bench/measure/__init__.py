"""The parts of bench/run: who is measured, on what work, and the table of it."""
