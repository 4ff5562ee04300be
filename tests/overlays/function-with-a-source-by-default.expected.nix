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
    version = "2.0.0";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
