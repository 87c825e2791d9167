"""The hostile world: servers, certificates and names that somebody made to break their reader."""
