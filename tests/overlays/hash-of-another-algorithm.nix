final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://example.org/tool-${version}.tar.gz";
      sha512 = "sha512-ptlvoF+yQ6EwgqIRlevRJvxC8vFYz14AQuT5VrYNfttLNjvNQc5DOzO3AkMD008Oyq1QcYQb062j6Z1o8AuJsg==";
    };
  };
}
