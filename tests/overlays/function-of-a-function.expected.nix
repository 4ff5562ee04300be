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
        release = "2.0.0";
      in
      {
        tool = plain "tool" release "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
        other = build {
          pname = "other";
          version = "1.2.0";
          hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
        };
      }
    );
}
