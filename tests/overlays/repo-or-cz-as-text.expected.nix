{ stdenv, fetchFromRepoOrCz }:
stdenv.mkDerivation {
  pname = "tool";
  version = "2.0.0";

  src = fetchFromRepoOrCz {
    repo = "tool";
    rev = "v2.0.0";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
  # the version 1.2.0 is the first that has it
  doCheck = true;
}
