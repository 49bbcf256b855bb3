"""The audit of the audits: what each says of people whose truth is known."""
