package io.taskorch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Connections with one call under way on each, served by one thread: a thread for each would spend
 * on switches what is Redis's.
 */
final class ManyConnections implements AutoCloseable {

  private final Selector selector;
  private final List<SocketChannel> channels = new ArrayList<>();
  private final ByteBuffer answer = ByteBuffer.allocateDirect(1024);

  ManyConnections(URI redis, int count) {
    try {
      selector = Selector.open();
      for (int i = 0; i < count; i++) {
        SocketChannel channel =
            SocketChannel.open(new InetSocketAddress(redis.getHost(), redis.getPort()));
        channels.add(channel);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes each call on the next connection that is free, and gives how many a second that were.
   *
   * @param calls encoded; each is answered by one short line
   */
  double rate(List<byte[]> calls) {
    try {
      Iterator<byte[]> left = calls.iterator();
      long begin = System.nanoTime();
      for (SocketChannel channel : channels) {
        sendNext(channel, left);
      }
      int answered = 0;
      while (answered < calls.size()) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          SocketChannel channel = (SocketChannel) key.channel();
          receive(channel);
          answered++;
          sendNext(channel, left);
        }
        selector.selectedKeys().clear();
      }
      return Rate.since(begin, calls.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void sendNext(SocketChannel channel, Iterator<byte[]> left) throws IOException {
    if (left.hasNext()) {
      ByteBuffer call = ByteBuffer.wrap(left.next());
      while (call.hasRemaining()) {
        channel.write(call);
      }
    }
  }

  private void receive(SocketChannel channel) throws IOException {
    answer.clear();
    int length = channel.read(answer);
    if (length <= 0 || answer.get(0) == '-' || answer.get(length - 1) != '\n') {
      throw new IOException("Redis did not answer with a line");
    }
  }

  @Override
  public void close() {
    try {
      for (SocketChannel channel : channels) {
        channel.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
