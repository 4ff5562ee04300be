final: prev:
let
  version = "2.0.0";
  of = repo: "owner";
in
{
  tool = prev.mkDerivation {
    pname = "tool";
    inherit version;
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v${version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
  again = prev.mkDerivation rec {
    pname = "again";
    inherit version;
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${version}/again.tar.gz";
      hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  };
}
