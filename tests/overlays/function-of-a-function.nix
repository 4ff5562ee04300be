self: super: {
  python3Packages =
    super.python3Packages
    // (
      let
        source = version: {
          inherit version;
        };
        build =
          {
            pname,
            version,
            hash,
            inputs ? [ ],
          }:
          super.python3Packages.buildPythonPackage {
            inherit pname version;
            src = super.fetchPypi { inherit pname version hash; };
            propagatedBuildInputs = inputs;
          };
        plain =
          name: version: hash:
          build {
            pname = name;
            inherit version hash;
          };
        release = "1.2.0";
      in
      {
        tool = plain "tool" release "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        other = build {
          pname = "other";
          version = "1.2.0";
          hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
        };
      }
    );
}
