final: prev:
let
  hash = prev.lib.fakeHash;
in
{
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchPypi { hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; inherit pname version; };
  };
  other = prev.stdenv.mkDerivation rec {
    pname = "other";
    version = "1.2";
    src = prev.fetchPypi { inherit pname version; hash = hash; };
  };
}
