final: prev: {
  python3 = prev.python3.override (old: {
    packageOverrides = prev.lib.composeExtensions (old.packageOverrides or (_: _: { })) (
      pyfinal: pyprev: {
        tool = pyprev.buildPythonPackage rec {
          pname = "tool";
          version = "1.2.0";
          src = prev.fetchPypi {
            inherit pname version;
            hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
          };
        };
      }
    );
  });
}
