"""Pull requests: names, bodies and rules, all pure. What they decide is done by `publishing`."""
