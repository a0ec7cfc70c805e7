"""An official file as it came → paragraphs and everything left out of them; each file in a process of its own."""
