package io.taskorch.micronaut.config;

/**
 * Who may call.
 *
 * @param enabled whether calls need credentials
 * @param allowOpen accepts that without credentials other machines can reach the app
 * @param bootstrapKeyFile a file that holds the first key; empty for none
 */
public record AuthConfig(boolean enabled, boolean allowOpen, String bootstrapKeyFile) {

  static AuthConfig read(Settings settings) {
    AuthConfig config =
        new AuthConfig(
            settings.flag("enabled", false),
            settings.flag("allow_open", false),
            settings.text("bootstrap_key_file", ""));
    if (config.enabled) {
      settings.refuse("enabled", "is true, but this version has no credentials");
    }
    if (!config.bootstrapKeyFile.isEmpty()) {
      settings.refuse("bootstrap_key_file", "is set, but this version has no credentials");
    }
    return config;
  }
}
