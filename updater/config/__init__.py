"""config.yaml and the environment -> a frozen `Config`."""
