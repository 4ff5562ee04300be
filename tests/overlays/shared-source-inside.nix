final: prev: {
  tool =
    let
      version = "1.2.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        tag = "v${version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
      frontend = prev.mkDerivation {
        pname = "tool-frontend";
        inherit version src;
        npmDepsHash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
      };
    in
    prev.buildPythonPackage {
      pname = "tool";
      inherit version src;
      postPatch = "cp -r ${frontend} dist";
      cargoHash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  other = prev.mkDerivation {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchPypi {
      pname = "other";
      version = "1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
