{ lib, mkDerivation, fetchFromGitHub }:
mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tools";
    rev = "refs/tags/@owner/${finalAttrs.pname}@${finalAttrs.version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
})
