// Decompresses a file with GZIPInputStream: java Gunzip INPUT OUTPUT
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;

final class Gunzip {
  /** Like a socket that has nothing buffered: available() tells nothing. */
  private static final class Unforeseeing extends FilterInputStream {
    Unforeseeing(InputStream in) {
      super(in);
    }

    @Override
    public int available() {
      return 0;
    }
  }

  public static void main(String[] args) throws IOException {
    try (InputStream in =
        new GZIPInputStream(new Unforeseeing(new FileInputStream(args[0])))) {
      Files.copy(in, Path.of(args[1]), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
