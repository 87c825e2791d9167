"""How a zone is read, whatever it comes from: what of it is kept, and in which form."""
