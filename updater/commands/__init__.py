"""What each command does: configuration in, pipeline, report out, exit code back."""
