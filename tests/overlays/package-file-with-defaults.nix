{
  fetchFromGitHub,
  buildGoModule,
  # 1.2.0
  src ? fetchFromGitHub {
    owner = "owner";
    repo = pname;
    rev = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  },
  vendorHash ? "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=",
  version ? "1.2.0",
  pname ? "tool",
  checks ? false,
}:
buildGoModule {
  inherit pname version src vendorHash;
  doCheck = checks;
}
