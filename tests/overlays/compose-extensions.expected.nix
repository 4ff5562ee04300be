final: prev: {
  python3 = prev.python3.override (old: {
    packageOverrides = prev.lib.composeExtensions (old.packageOverrides or (_: _: { })) (
      pyfinal: pyprev: {
        tool = pyprev.buildPythonPackage rec {
          pname = "tool";
          version = "2.0.0";
          src = prev.fetchPypi {
            inherit pname version;
            hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
          };
        };
      }
    );
  });
}
