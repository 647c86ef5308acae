// Starts `gradcli lsp` and speaks to it.
"use strict";

const { workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

exports.activate = function activate() {
  const command = workspace.getConfiguration("gradcli").get("command");
  const server = { command, args: ["lsp"], transport: TransportKind.stdio };
  const documentSelector = ["gradcli", "markdown", "latex", "tex"].map((language) => ({ scheme: "file", language }));
  client = new LanguageClient("gradcli", "gradcli", server, { documentSelector });
  return client.start();
};

exports.deactivate = function deactivate() {
  return client ? client.stop() : undefined;
};
