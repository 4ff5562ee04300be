# What differs between machines and between tests. `tests/real_nix.py` places copies of this folder
# with a site.nix of their own, so that evaluation needs no environment variables and stays pure.
{
  github = "https://github.com";
  gitlab = "https://gitlab.com";

  # Files are asked for as nixpkgs does: INDEX/packages/source/e/ema_pytorch/ema_pytorch-1.0.tar.gz
  index = "https://index.example";

  # What fetchCrate, fetchHex and addresses of mirror://npm say besides
  crates = "https://crates.example";
  hex = "https://hex.example";
  npm = "https://npm.example";

  # The host's tools
  bash = "/bin/bash";
  hg = "/usr/bin/hg";
  path = "/usr/local/bin:/usr/bin:/bin";

  # An interpreter that can import build, installer, packaging, setuptools and hatchling
  python = "/usr/bin/python3";
  pythonVersion = "3.11";
  versions = { }; # of what builds packages, as that interpreter has them
}
