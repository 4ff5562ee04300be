{ stdenv, fetchFromGitHub }:
let
  version = "2.0.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  data = fetchFromGitHub { repo = "data"; owner = src.owner; rev = src.rev; hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE="; };
in
stdenv.mkDerivation {
  pname = "tool";
  inherit version src;
  postPatch = "cp -r ${data} data";
}
