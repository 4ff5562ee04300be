{
  fetchFromGitHub,
  buildGoModule,
  # 1.2.0
  src ? fetchFromGitHub {
    owner = "owner";
    repo = pname;
    rev = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  },
  vendorHash ? "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=",
  version ? "2.0.0",
  pname ? "tool",
  checks ? false,
}:
buildGoModule {
  inherit pname version src vendorHash;
  doCheck = checks;
}
