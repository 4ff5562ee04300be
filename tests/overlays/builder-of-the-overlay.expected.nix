final: prev:
let
  # what all of our packages are built with
  makeTool = prev.mkDerivation;
in
{
  tool = makeTool {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v2.0.0";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
