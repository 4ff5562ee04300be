final: prev: {
  twice = prev.stdenv.mkDerivation {
    pname = "twice";
    version = "1.2.0";
    version = "1.3.0";
    src = prev.fetchPypi { pname = "twice"; version = "1.2.0"; hash = ""; };
  };
  merged = prev.stdenv.mkDerivation ({
    pname = "merged";
    version = "1.2.0";
    src = prev.fetchPypi { pname = "merged"; version = "1.2.0"; hash = ""; };
  } // { version = "1.3.0"; });
  computed = prev.stdenv.mkDerivation rec {
    pname = "computed";
    version = "1.2.${prev.patch}";
    patch = "0";
    src = prev.fetchPypi { inherit pname version; hash = ""; };
  };
  expression = prev.stdenv.mkDerivation rec {
    pname = "expression";
    version = if prev.stdenv.isAarch64 then "1.1.0" else "1.2.0";
    src = prev.fetchPypi { inherit pname version; hash = ""; };
  };
  argument = prev.stdenv.mkDerivation rec {
    pname = "argument";
    version = "1.2.0";
    src = prev.fetchPypi (prev.pinOf "argument");
  };
  hashes = prev.stdenv.mkDerivation rec {
    pname = "hashes";
    version = "1.2.0";
    src = prev.fetchPypi { inherit pname version; hash = ""; sha256 = ""; };
  };
}
