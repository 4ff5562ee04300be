{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = "v${finalAttrs.version}"; # of both
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  data = fetchFromGitHub {
    inherit (finalAttrs.src) owner tag;
    repo = "data";
    hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
  };
  postPatch = "cp -r ${finalAttrs.data} data";
})
