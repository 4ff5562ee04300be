final: prev:
let
  make =
    {
      pname,
      version,
      owner ? "owner",
      hash,
      src ? prev.fetchFromGitHub {
        inherit owner hash;
        repo = pname;
        tag = "v${version}";
      },
    }:
    prev.mkDerivation { inherit pname version src; };
in
{
  tool = make {
    pname = "tool";
    version = "1.2.0";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  other = make {
    pname = "other";
    version = "1.2.0";
    hash = "";
    src = prev.fetchurl {
      url = "https://d.example/other-1.2.0.zip";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
}
