final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (self: super: {
      tool = self.buildPythonPackage rec {
        pname = "tool";
        version = "1.2.0";
        src = final.fetchPypi {
          inherit pname version;
          hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
        };
      };
    })
    (self: super: {
      tool = (super.tool.override { }).overridePythonAttrs (
        finalAttrs: previousAttrs: {
          version = "1.2.0";
          src = previousAttrs.src.override {
            inherit (finalAttrs) version;
            sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
          };
        }
      );
    })
  ];
}
