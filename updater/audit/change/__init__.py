"""Rules on a change, one file each: what a maintainer should look at before it is merged."""
