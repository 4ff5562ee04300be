final: prev:
let
  hash = prev.lib.fakeHash;
in
{
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchPypi { inherit pname version hash; };
  };
  other = prev.stdenv.mkDerivation rec {
    pname = "other";
    version = "1.2";
    src = prev.fetchPypi { inherit pname version; hash = hash; };
  };
}
