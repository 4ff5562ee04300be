final: prev:
let
  inherit (final.tool.src) owner;
in
{
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tools";
      rev = "refs/tags/v${version}";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
  other = prev.other.overrideAttrs (old: rec {
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      inherit owner;
      repo = final.tool.src.repo;
      rev = "v${version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
