final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (_: pyprev: {
      tool = pyprev.buildPythonPackage {
        pname = "tool";
        version = "1.2.0";
        src = prev.fetchFromGitHub {
          owner = "owner";
          repo = "tool";
          rev = "v1.2.0";
          hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
        };
      };
    })
    (_: pyprev: {
      tool = pyprev.tool.overridePythonAttrs (old: {
        version = "1.2.0";
        src = prev.fetchFromGitHub {
          inherit (old.src) owner repo;
          rev = "v1.2.0";
          hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
        };
      });
    })
  ];
}
