"""How fast and how frugal the software is, beside floors that are measured in the same run (`make bench`)."""
