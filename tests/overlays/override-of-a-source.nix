final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      tool = pyfinal.buildPythonPackage rec {
        pname = "tool";
        version = "1.1.0";
        src = final.fetchFromGitHub {
          owner = "owner";
          repo = "tool";
          tag = "v${version}";
          hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
        };
      };
    })
    (pyfinal: pyprev: {
      tool = pyprev.tool.overridePythonAttrs (old: rec {
        version = "1.2.0";
        src = old.src.override {
          tag = "v${version}";
          hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        };
      });
    })
  ];
}
