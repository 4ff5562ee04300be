final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (self: super: {
      tool = super.buildPythonPackage rec {
        pname = "tool";
        version = "1.2.0";
        src = prev.fetchPypi { inherit pname version; hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY="; };
      };
    })
    (self: super: {
      tool = super.tool.overridePythonAttrs (old: rec {
        inherit (old) pname;
        version = "1.2.0";
        src = prev.fetchPypi { inherit pname version; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
      });
    })
  ];
}
