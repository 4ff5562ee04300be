final: prev:
let
  version = "1.2.0";
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
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  again = prev.mkDerivation rec {
    pname = "again";
    inherit version;
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${version}/again.tar.gz";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
}
