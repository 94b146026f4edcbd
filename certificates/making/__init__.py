"""What make_examples.py makes the examples of: small models, and certificates by hand."""
