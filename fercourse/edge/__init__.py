"""Networks on small machines: convert, measure, compare, make smaller."""
