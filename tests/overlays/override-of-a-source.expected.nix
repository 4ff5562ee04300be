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
        version = "2.0.0";
        src = old.src.override {
          tag = "v${version}";
          hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
        };
      });
    })
  ];
}
