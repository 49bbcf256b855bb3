"""The HTML page of a report, drawn from its JSON alone, and the schema of that JSON."""
