{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  root = fetchFromGitHub {
    name = "root";
    owner = "owner";
    repo = "tool";
    tag = "v${finalAttrs.version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  src = finalAttrs.root + "/libs";
})
