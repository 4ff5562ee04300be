"""Rules on what an overlay says, one file each, with what they read and the fixes they propose."""
