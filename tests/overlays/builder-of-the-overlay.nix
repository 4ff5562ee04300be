final: prev:
let
  # what all of our packages are built with
  makeTool = prev.mkDerivation;
in
{
  tool = makeTool {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  other = makeTool (finalAttrs: {
    pname = "other";
    version = "1.1.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      tag = "v${finalAttrs.version}";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  });
}
