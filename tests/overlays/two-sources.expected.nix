final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    srcs = [
      (prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        tag = "v${version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      })
      (prev.fetchurl {
        url = "https://example.org/tool-data-2.0.0.tar.gz";
        hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
      })
    ];
  };
}
