{ stdenv, fetchhg }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchhg {
    url = "https://hg.example/tool";
    rev = "v${version}";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
